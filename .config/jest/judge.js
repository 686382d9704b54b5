const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

// The editors are tested with what the back end itself says of their queries.
module.exports = function buildJudge() {
  const root = path.join(__dirname, '..', '..');
  fs.mkdirSync(path.join(root, '.footfall'), { recursive: true });
  execFileSync('go', ['build', '-o', path.join('.footfall', 'judge'), './internal/judge'], {
    cwd: root,
    stdio: 'inherit',
  });
};
