import { join } from 'node:path';
import { command } from './command.ts';
import type { Fetch } from './install.ts';
import { type ToolName, tools } from './versions.ts';

/**
 * Builds the pinned version with Go, which checks every module against its checksum database. Through a module of our
 * own rather than `go install`, which refuses modules with replace or exclude lines, as Prometheus has.
 */
export const fromGo =
  (name: ToolName): Fetch =>
  async (folder, options) => {
    const { module, version, package: main, ldflags } = tools[name].go;
    const here = { ...options, cwd: folder };
    await command('go', ['mod', 'init', 'pado-tools'], here);
    await command('go', ['get', `${main}@${version}`], here);
    await command('go', ['build', '-ldflags', ldflags, '-o', join(folder, 'built'), main], here);
    return { binary: join(folder, 'built'), source: `${module}@${version} built with Go`, checked: 'pinned' };
  };
