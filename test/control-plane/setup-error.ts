/** Something that the machine lacks, said in one line: what, and how to mend it. */
export class SetupError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SetupError';
  }
}

/** A process ended at its start because somebody else listens on its port. */
export class PortTakenError extends SetupError {}
