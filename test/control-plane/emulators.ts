/** Emulators of AWS that others wrote: ministack (with corrections of ours) and moto. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answers } from './control-plane.ts';
import { onFreePorts } from './free-ports.ts';
import { pythonPrograms } from './python-programs.ts';
import type { RunFolder } from './run-folder.ts';

export interface Emulator {
  readonly name: 'ministack' | 'moto';
  readonly endpoint: string;
  readonly account: string;
  /** Of the root user. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const account = '123456789012';

export async function startMinistack(folder: RunFolder, tell: (line: string) => void): Promise<Emulator> {
  const programs = await pythonPrograms(tell);
  return onFreePorts(1, async (port) => {
    const started = folder.start('ministack', join(programs, 'python'), [fileURLToPath(new URL('./python/ministack_corrected.py', import.meta.url))], {
      MINISTACK_ACCOUNT_ID: account,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      AUTH: 'true',
      PYTHONDONTWRITEBYTECODE: '1',
    });
    await folder.until(started, () => answers(`http://127.0.0.1:${port}/_ministack/ready`));
    return { name: 'ministack', endpoint: `http://127.0.0.1:${port}`, account, accessKeyId: 'test', secretAccessKey: 'test' };
  });
}

export async function startMoto(folder: RunFolder, tell: (line: string) => void): Promise<Emulator> {
  const programs = await pythonPrograms(tell);
  return onFreePorts(1, async (port) => {
    const started = folder.start('moto', join(programs, 'moto_server'), ['--host', '127.0.0.1', '--port', String(port)], {
      MOTO_ACCOUNT_ID: account,
      PYTHONDONTWRITEBYTECODE: '1',
    });
    await folder.until(started, () => answers(`http://127.0.0.1:${port}/moto-api/data.json`));
    return { name: 'moto', endpoint: `http://127.0.0.1:${port}`, account, accessKeyId: 'test', secretAccessKey: 'test' };
  });
}
