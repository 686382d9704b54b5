package repository_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"gopkg.in/yaml.v3"
)

// A tag of somebody's action can be moved; a commit cannot. A workflow may only read, and a job of it what the job says.
func TestWorkflowsRunKnownCodeWithFewRights(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repositoryRoot(t), ".github", "workflows", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	uses := regexp.MustCompile(`(?m)^\s*-?\s*uses: (.*)$`)
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range uses.FindAllStringSubmatch(string(text), -1) {
			if !pinned.MatchString(use[1]) {
				t.Errorf("%s: %s is not pinned to a commit, with its version as a comment", filepath.Base(file), use[1])
			}
		}
		var workflow struct {
			Permissions map[string]string
			Jobs        map[string]struct {
				Permissions map[string]string
				Steps       []struct{ Run string }
			}
		}
		if err := yaml.Unmarshal(text, &workflow); err != nil {
			t.Fatal(err)
		}
		if workflow.Permissions == nil {
			t.Errorf("%s does not say what it may", filepath.Base(file))
		}
		for right, level := range workflow.Permissions {
			if level != "read" {
				t.Errorf("%s: every job may %s %s: give that to the job that needs it", filepath.Base(file), level, right)
			}
		}
		// Who may write runs none of the packages' code.
		for name, job := range workflow.Jobs {
			for right, level := range job.Permissions {
				for _, step := range job.Steps {
					if level == "write" && regexp.MustCompile(`\b(npm|npx|go|mage)\b`).MatchString(step.Run) {
						t.Errorf("%s: the job %s may write %s and runs %s", filepath.Base(file), name, right, step.Run)
					}
				}
			}
		}
	}
}
