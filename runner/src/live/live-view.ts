import type { WriteStream } from 'node:tty';
import type { Listener } from '../contracts.ts';
import { plainLines, statusLine } from './plain.ts';
import { render } from './render.ts';
import { createScreen, sizeOf } from './screen.ts';
import { initial, type LiveState, reduce } from './state.ts';
import { summaryLines } from './summary.ts';

export interface LiveViewOptions {
  /** Where to draw. Without a terminal, plain lines are written. */
  readonly output: NodeJS.WriteStream | NodeJS.WritableStream;
  /** false (NO_COLOR, TERM=dumb, CI): plain lines even on a terminal. */
  readonly color: boolean;
  /** Columns; default the terminal's, which may change. */
  readonly width?: number;
  /** Whether there is a shop, whose graph is drawn. Default true. */
  readonly graph?: boolean;
}

export interface LiveView {
  readonly listener: Listener;
  /** Gives the terminal back. Twice is as good as once. */
  readonly close: () => void;
}

const redrawMs = 200;
const statusMs = 5_000;

/** Shows a run, or several one after the other, while they go on. */
export function createLiveView({ output, color, width, graph = true }: LiveViewOptions): LiveView {
  return color && isTerminal(output) ? screenView(output, graph, width) : plainView(output, graph);
}

const isTerminal = (output: LiveViewOptions['output']): output is WriteStream =>
  'isTTY' in output && output.isTTY === true;

function screenView(output: WriteStream, graph: boolean, width?: number): LiveView {
  let state = initial;
  const screen = createScreen(output);
  const draw = (): void => {
    if (state.run === 0 || state.finished !== undefined) return;
    const { columns, rows } = sizeOf(output);
    screen.draw(render(state, { width: width ?? columns, height: rows - 1, nowMs: performance.now(), graph }));
  };
  const timer = setInterval(draw, redrawMs).unref();
  output.on('resize', draw);
  return {
    listener: (event) => {
      state = reduce(state, event, performance.now());
      if (event.type === 'finished') screen.keep(summaryLines(state, event, width ?? sizeOf(output).columns));
    },
    close: () => {
      clearInterval(timer);
      output.off('resize', draw);
      draw();
      screen.close();
    },
  };
}

function plainView(output: NodeJS.WritableStream, graph: boolean): LiveView {
  let state: LiveState = initial;
  const timer = setInterval(() => {
    if (graph && state.graph !== undefined && state.finished === undefined)
      output.write(`${statusLine(state, performance.now())}\n`);
  }, statusMs).unref();
  return {
    listener: (event) => {
      const nowMs = performance.now();
      for (const line of plainLines(state, event, nowMs)) output.write(`${line}\n`);
      state = reduce(state, event, nowMs);
    },
    close: () => clearInterval(timer),
  };
}
