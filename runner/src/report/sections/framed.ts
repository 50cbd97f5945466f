import { type Html, html } from '../html.ts';

/** A table that scrolls by itself where it is too wide, by mouse, finger and keyboard; named for those who hear it. */
export const framed = (caption: string, head: Html, body: readonly Html[]): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead>${head}</thead><tbody>${body}</tbody></table></div>`;

export const section = (id: string, title: string, content: Html): Html =>
  html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;

export const none = (text: string): Html => html`<p class="none">${text}</p>`;
