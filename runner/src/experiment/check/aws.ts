import type { AwsAction, AwsProbe } from '../schema.ts';
import type { Path } from '../source.ts';
import { checkSelection } from './kubernetes.ts';
import type { Report } from './walk.ts';

/** What the schema cannot say of the provider aws. */
export function checkAws(provider: AwsAction | AwsProbe, path: Path, report: Report): void {
  if ('by' in provider) {
    const { by } = provider;
    if (Object.keys(by).length === 0 || Object.keys(by.tags ?? { a: 1 }).length === 0) {
      report([...path, 'by'], '`by` is empty: it would take every instance of the account; say which, such as a tag');
    }
  }
  if (!('action' in provider)) return;
  switch (provider.action) {
    case 'stop-instances':
    case 'reboot-instances':
    case 'terminate-instances':
      checkSelection(provider, path, report);
      return;
    case 'start-experiment':
      if ((provider.template === undefined) === (provider.tags === undefined)) {
        report(path, 'start-experiment needs one template: name its id (`template`) or its `tags`, and not both');
      }
  }
}
