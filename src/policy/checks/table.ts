/** The four problems and their checks. */
import type { GroupProblem } from '../../domain/ruling.js';
import { access } from './access.js';
import type { Checks } from './check.js';
import { configuration } from './configuration.js';
import { engagement } from './engagement.js';
import { rewards } from './rewards.js';

export const CHECKS: Readonly<Record<GroupProblem, Checks>> = { access, engagement, configuration, rewards };
