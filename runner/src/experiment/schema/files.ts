import { experimentSchema } from '../schema.ts';
import { steadyStateSchema } from '../steady-state-schema.ts';
import { forEditors } from './for-editors.ts';

/** The schemas for editors, by file relative to the installation. */
export const schemaFiles = (): Readonly<Record<string, unknown>> => ({
  'experiments/experiment.schema.json': forEditors(experimentSchema, {
    title: 'An experiment of Pado',
    id: 'https://pado.dev/experiment.schema.json',
  }),
  'experiments/steady-state.schema.json': forEditors(steadyStateSchema, {
    title: 'A steady state of Pado',
    id: 'https://pado.dev/steady-state.schema.json',
  }),
});
