import { definitionType } from '../custom/definition.ts';
import type { ResourceType } from '../resource-type.ts';
import { coreTypes } from './core.ts';
import { otherTypes } from './others.ts';
import { workloadTypes } from './workloads.ts';

/** Every kind that the sandbox's cluster serves before a CustomResourceDefinition is made. */
export const builtInTypes: readonly ResourceType[] = [...coreTypes, ...workloadTypes, ...otherTypes, definitionType];
