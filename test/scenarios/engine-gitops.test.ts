import { gitops } from './engine-gitops.ts';
import { playInSandbox } from './engine-world.ts';

playInSandbox(gitops);
