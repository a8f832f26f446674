import { test } from 'node:test';
import { declaresWhatItUses, layoutNames, modeNames, stylesOfDeclarations } from './declared-elsewhere.ts';

for (const mode of modeNames) {
  test(`an export with ${mode} declares what it uses and nothing else, in every style and beside every kind of targets`, async () => {
    for (const layout of layoutNames) for (const style of stylesOfDeclarations) await declaresWhatItUses(mode, layout, style);
  });
}
