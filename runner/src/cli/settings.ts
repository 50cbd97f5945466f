/** The only file of the command that reads `process.env`, the working directory and the terminal. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Settings {
  /** The checkout that this code is in. */
  readonly installation: string;
  /** Where `.pado/` is: the project that the command was called in. */
  readonly project: string;
  /** What relative file names mean: where the user stands, also under `npm run pado`. */
  readonly workingDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Colours and redrawing are welcome: stdout and stderr are terminals, and neither NO_COLOR, TERM=dumb nor CI is set. */
  readonly drawing: boolean;
  /** The terminal's width in columns; 100 without one. */
  readonly width: number;
  /** Someone can press Ctrl-C: stdin, stdout and stderr are terminals and CI is not set. */
  readonly interactive: boolean;
  /** PADO_DEBUG: unexpected errors show their stack. */
  readonly debug: boolean;
}

export function readSettings(): Settings {
  const environment = process.env;
  const installation = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
  const ci = environment.CI !== undefined && environment.CI !== '' && environment.CI !== 'false';
  const terminal = process.stdout.isTTY === true && process.stderr.isTTY === true;
  return {
    installation,
    project: projectOf(process.cwd(), installation),
    workingDirectory: userDirectory(environment, installation),
    environment,
    drawing: terminal && !ci && !environment.NO_COLOR && environment.TERM !== 'dumb',
    width: process.stdout.columns || 100,
    interactive: terminal && process.stdin.isTTY === true && !ci,
    debug: environment.PADO_DEBUG !== undefined && environment.PADO_DEBUG !== '',
  };
}

/** The nearest folder upwards that holds `.pado` or is the checkout; else the nearest package; else here. */
export function projectOf(directory: string, installation: string): string {
  const isProject = (at: string) => at === installation || existsSync(join(at, '.pado'));
  return up(directory, isProject) ?? up(directory, (at) => existsSync(join(at, 'package.json'))) ?? directory;
}

function up(directory: string, fits: (at: string) => boolean): string | undefined {
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (fits(at)) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** Our own npm scripts run in the checkout; npm tells in INIT_CWD where the user stood. */
function userDirectory(environment: NodeJS.ProcessEnv, installation: string): string {
  const here = process.cwd();
  const moved = here === installation && environment.npm_package_json === join(installation, 'package.json');
  return (moved ? environment.INIT_CWD : undefined) ?? here;
}

/** A path for people: relative where it is below the working directory. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
