import { ownership } from './engine-ownership.ts';
import { playInSandbox } from './engine-world.ts';

playInSandbox(ownership);
