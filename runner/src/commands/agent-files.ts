import type { Settings } from '../cli/settings.ts';
import { paths } from '../stack/paths.ts';

/** Where an agent may have left its address: in this project, or in the checkout (`pado exec` may run elsewhere). */
export const agentFiles = ({ project, installation }: Settings): string[] => [
  ...new Set([paths(project).agentFile, paths(installation).agentFile]),
];
