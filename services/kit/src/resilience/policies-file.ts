import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { noPolicies, type PolicyDocument, policySchema } from './policy.ts';

const pollMs = 500;

export interface PoliciesFileOptions {
  readonly file: string | undefined;
  readonly onChange: (document: PolicyDocument) => void;
  readonly onInvalid: (reason: string) => void;
}

/** The policies in force: read from a file that may be replaced at any time; what is invalid leaves the last good ones. */
export class PoliciesFile {
  readonly #options: PoliciesFileOptions;
  readonly #validate = new Ajv({ allErrors: true, strict: false }).compile<PolicyDocument>(policySchema);
  #text: string | undefined;
  #current = noPolicies;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PoliciesFileOptions) {
    this.#options = options;
  }

  get current(): PolicyDocument {
    return this.#current;
  }

  async start(): Promise<void> {
    this.#options.onChange(this.#current);
    if (this.#options.file === undefined) return;
    await this.#read();
    this.#timer = setInterval(() => void this.#read(), pollMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #read(): Promise<void> {
    const file = this.#options.file ?? '';
    try {
      const text = await readFile(file, 'utf8');
      if (text === this.#text) return;
      this.#text = text;
      const document: unknown = JSON.parse(text);
      if (!this.#validate(document)) {
        const [first] = this.#validate.errors ?? [];
        throw new Error(`${first?.instancePath || '/'} ${first?.message}`);
      }
      this.#current = document;
      this.#options.onChange(document);
    } catch (error) {
      this.#options.onInvalid(
        `${file}: ${error instanceof Error ? error.message : String(error)}; the last good policies stay in force`,
      );
    }
  }
}
