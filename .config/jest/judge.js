const { execFileSync } = require('child_process');
const path = require('path');

// The editors are tested with what the back end itself says of their queries.
module.exports = function buildJudge() {
  const root = path.join(__dirname, '..', '..');
  execFileSync('go', ['build', '-o', path.join('.footfall', 'judge'), './internal/judge'], {
    cwd: root,
    stdio: 'inherit',
  });
};
