import { test } from 'node:test';
import { thereAndBack } from './migration-ways.ts';
import { ways } from './migration-world.ts';

for (const way of ways) test(`from ${way.join(' to ')}, back in the grace time, and there for good: every pod can call, and nothing is left over`, () => thereAndBack(way));
