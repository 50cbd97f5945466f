import type { Command, Outcome } from './command.ts';
import { describeError, exitCodeOf } from './errors.ts';
import { helpOf, helpOfAll } from './help.ts';
import { interruptible, uninterruptible } from './interrupt.ts';
import { parseLine } from './parse.ts';
import type { Settings } from './settings.ts';

export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs one command line and gives its exit code. stdout gets the answer, stderr everything else. */
export async function run(
  commands: readonly Command[],
  line: readonly string[],
  settings: Settings,
  { out, err }: Streams,
): Promise<number> {
  const json = wantsJson(line);
  const progress = (text: string) => err(`${text}\n`);
  const answer = ({ exitCode = 0, json: document, text = '' }: Outcome): number => {
    if (json) out(`${JSON.stringify(document, null, 2)}\n`);
    else if (text !== '') out(`${text}\n`);
    return exitCode;
  };
  let codeOf = exitCodeOf;
  try {
    if (line[0] === undefined || line[0] === 'help' || line[0].startsWith('-')) {
      const known = line.every((word) => ['help', '--help', '-h', '--json'].includes(word));
      if (known)
        return answer({ json: commands.map(({ name, summary }) => ({ name, summary })), text: helpOfAll(commands) });
    }
    const { command, values, positionals, rest } = parseLine(commands, line);
    if (values.boolean('help')) return answer({ json: { help: helpOf(command) }, text: helpOf(command) });
    if (command.exitCodeOf !== undefined) codeOf = (error) => command.exitCodeOf?.(error, values) ?? exitCodeOf(error);
    using interrupt = command.passesSignals === true ? uninterruptible : interruptible(progress);
    const { signal } = interrupt;
    return answer(await command.run({ values, positionals, rest, json, settings, signal, progress }));
  } catch (error) {
    const { json: document, text } = describeError(error, settings.debug);
    if (json) out(`${JSON.stringify(document, null, 2)}\n`);
    err(`pado: ${text}\n`);
    return codeOf(error);
  }
}

/** Also for lines that do not parse; what follows `--` is the user's own. */
function wantsJson(line: readonly string[]): boolean {
  const dashes = line.indexOf('--');
  return (dashes === -1 ? line : line.slice(0, dashes)).includes('--json');
}
