import { isPadoError } from '@pado/fault';
import { arrivals } from '../observe/arrivals.ts';
import { readCharts } from '../observe/charts.ts';
import { readExcerpts } from '../observe/excerpts/read.ts';
import { graphSnapshot } from '../observe/graph.ts';
import { probeCharts } from '../observe/probe-charts.ts';
import type { RunContext } from './context.ts';

/**
 * Reads what the report shows beside the verdict: the graph's means over each window, charts from the baseline to now,
 * the order in which the wave arrived, and excerpts of the logs. What cannot be read is told and left out.
 */
export async function readHistory(context: RunContext): Promise<void> {
  const { environment, recording } = context;
  const { windows } = recording;
  await readGraphs(context);
  await readSeries(context);
  recording.arrivals = arrivals(recording.series, windows);
  if (environment.logsDirectory !== undefined && windows.during !== undefined)
    recording.excerpts = await readExcerpts(environment.logsDirectory, windows.during);
}

async function readGraphs({ prometheus, recording, tell }: RunContext): Promise<void> {
  try {
    for (const name of ['before', 'during', 'after'] as const) {
      const window = recording.windows[name];
      if (window === undefined) continue;
      const { startMs, endMs } = window;
      const graph = await graphSnapshot(prometheus, { rangeMs: endMs - startMs, atMs: endMs });
      recording.graph = { ...recording.graph, [name]: graph };
    }
  } catch (error) {
    if (!isPadoError(error)) throw error;
    tell({ type: 'note', level: 'warning', text: `the journal has no map: ${error.message}` });
  }
}

async function readSeries({ experiment, prometheus, recording, tell }: RunContext): Promise<void> {
  const { before } = recording.windows;
  if (before === undefined) return;
  const window = { startMs: before.startMs, endMs: Date.now() };
  const { series, failed } = await readCharts(prometheus, window, probeCharts(experiment.hypothesis?.probes ?? []));
  recording.series.push(...series);
  const [first] = failed;
  if (first === undefined) return;
  const text = `the journal has no chart of ${failed.map(([name]) => name).join(', ')}: ${first[1]}`;
  tell({ type: 'note', level: 'warning', text });
}
