import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { noPolicies, type PolicyDocument, policySchema } from './policy.ts';

const pollMs = 500;

export interface PoliciesFileOptions {
  readonly file: string | undefined;
  readonly onChange: (document: PolicyDocument) => void;
  /** Hears once of each new reason why the file cannot be used. */
  readonly onInvalid: (reason: string) => void;
}

/** The policies in force: read from a file that may be replaced at any time; what is invalid leaves the last good ones. */
export class PoliciesFile {
  readonly #options: PoliciesFileOptions;
  readonly #validate = new Ajv({ allErrors: true, strict: false }).compile<PolicyDocument>(policySchema);
  #text: string | undefined;
  #complaint: string | undefined;
  #current = noPolicies;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PoliciesFileOptions) {
    this.#options = options;
  }

  get current(): PolicyDocument {
    return this.#current;
  }

  async start(): Promise<void> {
    const { file, onChange } = this.#options;
    onChange(this.#current);
    if (file === undefined) return;
    await this.#read(file);
    this.#timer = setInterval(() => void this.#read(file), pollMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #read(file: string): Promise<void> {
    try {
      const text = await readFile(file, 'utf8');
      if (text === this.#text) return;
      this.#text = text;
      this.#current = this.#parse(text);
      this.#complaint = undefined;
      this.#options.onChange(this.#current);
    } catch (error) {
      const complaint = `${file}: ${error instanceof Error ? error.message : String(error)}`;
      if (complaint !== this.#complaint) this.#options.onInvalid(complaint);
      this.#complaint = complaint;
    }
  }

  #parse(text: string): PolicyDocument {
    const document: unknown = JSON.parse(text);
    if (this.#validate(document)) return document;
    const errors = this.#validate.errors ?? [];
    throw new Error(
      errors
        .map(({ instancePath, message, params }) =>
          [instancePath || '/', message, params.additionalProperty && `"${params.additionalProperty}"`]
            .filter(Boolean)
            .join(' '),
        )
        .join('; '),
    );
  }
}
