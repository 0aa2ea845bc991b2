// What a real engine of ECMA 262 says: for each pattern null when it is malformed, else a verdict for each text.
let input = "";
for await (const chunk of process.stdin) input += chunk;
const verdicts = JSON.parse(input).map(([pattern, texts]) => {
  try {
    const expression = new RegExp(pattern, "u");
    return texts.map((text) => expression.test(text));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
});
console.log(JSON.stringify(verdicts));
