type Commands = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly command: string;
  readonly argument: never;
}

/** Answers what the benchmark asks of this process, and ends with it. */
export function serve(commands: Commands): void {
  process.on('message', ({ id, command, argument }: Question) => {
    Promise.resolve()
      .then(() => {
        const run = commands[command];
        if (run === undefined) throw new Error(`there is no command ${command}`);
        return run(argument);
      })
      .then(
        (value) => process.send?.({ id, value }),
        (error: Error) => process.send?.({ id, error: error.stack ?? String(error) }),
      );
  });
  process.once('disconnect', () => process.exit(0));
  process.on('SIGINT', () => {});
  process.send?.('ready');
}
