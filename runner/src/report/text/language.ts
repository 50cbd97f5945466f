/** Languages that a report can be written in; without their texts, which only a report needs. */
export const languages = ['en', 'ko'] as const;
export type Language = (typeof languages)[number];

/** The language of a POSIX locale: the first of LC_ALL, LC_MESSAGES and LANG that is set decides; else English. */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  return /^ko([_.@-]|$)/i.test(locale) ? 'ko' : 'en';
}
