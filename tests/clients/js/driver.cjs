// The same protocol as python/driver.py: scenarios by name, one line of JSON each, configuration on standard input.
const fs = require("node:fs");

const config = JSON.parse(fs.readFileSync(0, "utf8"));

function described(problem) {
  const { status, statusCode, body, error } = problem;
  return {
    type: problem.constructor.name,
    status: statusCode ?? status ?? null,
    message: String(problem.message),
    body: body ?? error ?? null,
  };
}

async function run(scenarios) {
  for (const scenario of process.argv.slice(2)) {
    let line;
    try {
      line = { scenario, result: await scenarios[scenario]() };
    } catch (problem) {
      line = { scenario, error: described(problem) };
    }
    fs.writeSync(1, JSON.stringify(line) + "\n");
  }
}

module.exports = { config, run };
