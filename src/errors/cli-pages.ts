import type { ErrorPage } from './error.ts';

/** The ids that `cli` reports. */
export const cliPages = {
  'usage': {
    summary: 'The command line has something that bedrock-access does not know.',
    cause: 'A command, option or value is misspelt, missing or not possible together with another.',
    remedy: 'Run the command with --help.',
    fault: 'input',
  },
  'node-too-old': {
    summary: 'This Node.js is too old to run bedrock-access.',
    cause: 'bedrock-access needs Node 22.19 or newer.',
    remedy: 'Install a newer Node; in a checkout, npx and npm scripts bring Node 24 of their own.',
    fault: 'input',
  },
  'no-document': {
    summary: 'There is no declaration to work on.',
    cause: 'No -f was given and the folder has no bedrock-access.yaml, or the file holds no BedrockAccess document.',
    remedy: 'Give -f FILE, or write a first declaration with bedrock-access init.',
    fault: 'input',
  },
  'file-unreadable': {
    summary: 'A file cannot be read.',
    cause: 'It does not exist, is a folder, or may not be read by this user.',
    remedy: 'Check the name and its permissions.',
    fault: 'input',
  },
  'file-unwritable': {
    summary: 'A file cannot be written.',
    cause: 'Its folder does not exist, may not be written by this user, or the file exists already and may not be overwritten.',
    remedy: 'Choose another name; init overwrites with --force.',
    fault: 'input',
  },
  'name-malformed': {
    summary: 'The name of an access is not NAMESPACE/NAME.',
    cause: '--name takes the namespace and the name of an access with a slash between.',
    remedy: 'bedrock-access list shows the names.',
    fault: 'input',
  },
  'confirmation-required': {
    summary: 'Removing an access needs a confirmation.',
    cause: 'Nobody can be asked: the input is not a terminal, and --yes was not given.',
    remedy: 'Run it in a terminal, or with --yes in CI.',
    fault: 'input',
  },
  'confirmation-mismatch': {
    summary: "What was typed is not the access's name.",
    cause: 'The name must be typed exactly, so that the wrong access is not removed.',
    remedy: 'Run the command again and type the name that it shows.',
    fault: 'input',
  },
  'unknown-id': {
    summary: 'No error or finding has this id.',
    cause: 'The id is misspelt or from another version.',
    remedy: 'bedrock-access explain lists all ids.',
    fault: 'input',
  },
  'interrupted': {
    summary: 'The run was interrupted.',
    cause: 'Ctrl-C or SIGTERM.',
    remedy: 'Run the same command again: it goes on from what exists.',
    fault: 'input',
  },
  'command-not-found': {
    summary: 'The command to run inside the sandbox does not exist.',
    cause: 'It is not on PATH, or may not be executed.',
    remedy: 'Install it, or give its full path.',
    fault: 'input',
  },
  'internal-error': {
    summary: 'bedrock-access itself failed.',
    cause: 'A defect of the program.',
    remedy: 'Run the command again with --debug and report what it prints.',
    fault: 'program',
  },
} as const satisfies Record<string, ErrorPage>;
