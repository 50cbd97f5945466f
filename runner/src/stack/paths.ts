import { join } from 'node:path';

/** Everything that Pado writes in a project, all of it under `.pado/`. */
export function paths(project: string) {
  const state = join(project, '.pado');
  return {
    state,
    stackFile: join(state, 'stack.json'),
    agentFile: join(state, 'agent.json'),
    policiesFile: join(state, 'policies.json'),
    logs: join(state, 'logs'),
    runs: join(state, 'runs'),
    prometheus: join(state, 'prometheus'),
    postgres: join(state, 'postgres'),
    compileCache: join(state, 'cache', 'compile'),
  } as const;
}

export type Paths = ReturnType<typeof paths>;
