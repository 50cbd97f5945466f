import { en, type Texts } from './en.ts';
import { ko } from './ko.ts';
import type { Language } from './language.ts';

const all: Readonly<Record<Language, Texts>> = { en, ko };

export const textsOf = (language: Language): Texts => all[language];
