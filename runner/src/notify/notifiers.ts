import type { Listener } from '../contracts.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { eventFile } from './event-file.ts';
import { grafana } from './grafana.ts';
import type { Notifier } from './notifier.ts';
import { webhook } from './webhook.ts';

export type { Notifier } from './notifier.ts';

export interface NotifierOptions {
  /** Where tokens are found, by the names that the experiment gives. */
  readonly environment: NodeJS.ProcessEnv;
  /** Hears one note of each notifier that cannot do its work, also during `close`. */
  readonly tell: Listener;
  /** `--events`: a file, or `-`. */
  readonly eventFile?: string | undefined;
  /** `--json`. */
  readonly json?: boolean | undefined;
}

/**
 * All that an experiment and the command line name, as one.
 * @throws PadoError ERR_PADO_USAGE when the file for events cannot be opened.
 */
export function openNotifiers(
  { name, grafana: dashboards, webhook: hook }: Pick<Experiment, 'name' | 'grafana' | 'webhook'>,
  { environment, tell, eventFile: file, json }: NotifierOptions,
): Notifier {
  const token = (variable: string | undefined) =>
    variable === undefined ? undefined : environment[variable] || undefined;
  const notifiers: Notifier[] = [];
  if (file !== undefined) notifiers.push(eventFile({ file, json, tell }));
  if (dashboards !== undefined) {
    const { url, tags, tokenEnv = 'GRAFANA_TOKEN' } = dashboards;
    notifiers.push(grafana({ url, tags, token: token(tokenEnv), experiment: name, tell }));
  }
  if (hook !== undefined) {
    notifiers.push(webhook({ url: hook.url, token: token(hook.tokenEnv), experiment: name, tell }));
  }
  return {
    listener: (event) => {
      for (const { listener } of notifiers) listener(event);
    },
    close: async () => {
      await Promise.all(notifiers.map(({ close }) => close()));
    },
  };
}
