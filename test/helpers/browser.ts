import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import type { Test } from 'tap';

const paths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The machine's Chromium, gone at the end of the test; undefined where there is none, which CI does not accept. */
export async function browser(t: Test): Promise<Browser | undefined> {
  const executablePath = paths.find((path) => existsSync(path));
  if (executablePath === undefined) {
    if (process.env.CI) throw new Error('Chromium is not installed: apt-get install chromium');
    return undefined;
  }
  const started = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync', '--no-first-run'],
  });
  t.teardown(() => started.close());
  return started;
}
