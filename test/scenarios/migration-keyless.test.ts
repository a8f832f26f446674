/** Between the modes in which the pods call as a role, one way of each. */
import { test } from 'node:test';
import { move } from './keyless-ways.ts';

test('from podIdentity to session: the mode works, and nothing of the one before is left', () => move(['podIdentity', 'session']));

test('from session to podIdentity: the mode works, and nothing of the one before is left', () => move(['session', 'podIdentity']));
