/** Runs one step and prints its outcome as a line of JSON: what the conformance test reads. */
export async function step(name, run) {
  try {
    const { text, inputTokens, outputTokens } = await run();
    console.log(JSON.stringify({ step: name, ok: true, text, inputTokens, outputTokens }));
  } catch (error) {
    const cause = error.cause ?? error;
    const status = error.$metadata?.httpStatusCode ?? error.statusCode ?? error.status ?? cause.$metadata?.httpStatusCode ?? cause.statusCode;
    console.log(JSON.stringify({ step: name, ok: false, status, name: error.name, message: String(error.message).slice(0, 300) }));
  }
}

export const [model, denied, prompt] = process.argv.slice(2);
