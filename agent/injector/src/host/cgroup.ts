import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Where a controller's files are: the process's own directory first, then its ancestors up to the mount. */
export interface Controller {
  readonly version: 1 | 2;
  readonly directories: readonly string[];
}

interface Mount {
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

export function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** A line is `id parent dev root point options … - type source superoptions`; spaces in paths are escaped as \040. */
function mounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ');
    const [, , , root, point] = left!.split(' ');
    const [type, , options] = right?.split(' ') ?? [];
    if (root === undefined || point === undefined || type === undefined) return [];
    const plain = (path: string) => path.replace(/\\040/g, ' ');
    return [{ root: plain(root), point: plain(point), type, options: options?.split(',') ?? [] }];
  });
}

/**
 * Finds a controller through /proc/self. In a container the path in /proc/self/cgroup is the host's under v1, and the
 * mount's root is that same path: what remains below the root is where we are. `proc` and `root` are for captured trees.
 */
export function findController(name: string, proc = '/proc/self', root = '/'): Controller | undefined {
  const paths = new Map<string, string>();
  for (const line of (read(join(proc, 'cgroup')) ?? '').split('\n')) {
    const [, controllers = '', ...path] = line.split(':');
    for (const controller of controllers.split(',')) paths.set(controller, path.join(':'));
  }
  const all = mounts(read(join(proc, 'mountinfo')) ?? '');
  // A hybrid system mounts both; the controller is where it has been bound.
  const v1 = all.find((mount) => mount.type === 'cgroup' && mount.options.includes(name));
  const mount = v1 ?? all.find(({ type }) => type === 'cgroup2');
  if (!mount) return undefined;
  const path = paths.get(v1 ? name : '') ?? '/';
  const below = posix.relative(mount.root, path);
  const directories: string[] = [];
  for (let at = below.startsWith('..') ? '' : below; ; at = posix.dirname(at)) {
    directories.push(join(root, mount.point, at));
    if (at === '' || at === '.') break;
  }
  return { version: v1 ? 1 : 2, directories };
}
