/**
 * Account ids lose all but their last four digits, and access keys and tokens all of theirs, in whatever is shown: a
 * workshop's terminal is often on a projector.
 */
export const masked = (text: string): string =>
  text
    .replace(/(?<!\d)\d{8}(\d{4})(?!\d)/g, '********$1')
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '[access key]')
    .replace(/((?:secret|token|password)[\w-]*["']?\s*[:=]\s*["']?)[^\s"',}]+/gi, '$1[hidden]');
