import { story } from './engine-story.ts';
import { playInSandbox } from './engine-world.ts';

playInSandbox(story);
