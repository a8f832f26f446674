/** For the tests of run folders: starts one process in a run of its own, says where, and waits to be ended. */
import { RunFolder } from './run-folder.ts';

const folder = RunFolder.open();
const started = folder.start('sleeper', process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
// Before it says that it is there: whoever reads the line may interrupt at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void folder.close().then(() => process.exit(130)));
process.stdout.write(`${JSON.stringify({ path: folder.path, pid: started.child.pid })}\n`);
setInterval(() => undefined, 1000);
