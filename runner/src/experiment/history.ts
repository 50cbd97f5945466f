import { isPadoError } from '@pado/fault';
import type { ProbeWindow } from '../contracts.ts';
import { readCharts } from '../observe/charts.ts';
import { graphSnapshot } from '../observe/graph.ts';
import type { RunContext } from './context.ts';

/** Reads what the report draws: charts from the baseline to now, and the graph's means over each window. */
export async function readHistory({ prometheus, recording, tell }: RunContext): Promise<void> {
  const { windows } = recording;
  try {
    for (const [name, { startMs, endMs }] of Object.entries(windows)) {
      const graph = await graphSnapshot(prometheus, { rangeMs: endMs - startMs, atMs: endMs });
      recording.graph = { ...recording.graph, [name as ProbeWindow]: graph };
    }
    if (windows.before === undefined) return;
    recording.series.push(...(await readCharts(prometheus, { startMs: windows.before.startMs, endMs: Date.now() })));
  } catch (error) {
    if (!isPadoError(error)) throw error;
    tell({ type: 'note', level: 'warning', text: `the journal has no charts: ${error.message}` });
  }
}
