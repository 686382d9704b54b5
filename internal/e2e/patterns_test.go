package e2e

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/pkg/model"
)

var (
	// patternParts are what both PostgreSQL and Go know, for texts without letters beyond ASCII.
	patternParts = []string{
		`a`, `b`, `ads`, `.`, `\b`, `\B`, `\d`, `\w`, `\s`, `\D`, `\W`, `\S`, `[a-c]`, `[^a]`, `[\]a]`, `[]b]`, `[.]`, `[\w.]`, `[[:digit:]]`, `[[:space:]b]`, `^`, `$`, `\A`, `\z`,
		`(a|b)`, `(?:ab|)`, `(?P<n>a)`, `\Qa.b\E`, `\Q(\E`, `\x61`, `\x{62}`, `\n`, `\t`, `\.`, `\\`, `\(`, `|`, `-`, ` `, `é`,
	}
	// places are those of them that PostgreSQL does not repeat; Go does.
	places      = []string{`^`, `$`, `\b`, `\B`, `\A`, `\z`, `|`}
	quantifiers = []string{"", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0,1}", "{1,}"}
	options     = []string{"", "", "", "(?i)", "(?s)", "(?m)", "(?im)", "(?ms)", "(?i)(?s)", "(?U)"}
	patternText = []string{
		"", "a", "b", "ads", "the ads", "Ads!", "ads-1", "xads", "a.b", "aXb", "a\nb", "b\na", "\na", "a\n", "ab(", "(a|b)", `a\b`, "a b\tc", "12", "1 a", "é", "éa", "\x08", "]", "_a",
	}
)

// What a regular expression finds is what it finds in Go, whichever of these writings it has.
func TestPatternsMeanWhatTheyMeanElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		conn := dbtest.Connect(t, dsn)
		random := rand.New(rand.NewPCG(1, 1))
		asked := 0
		for asked < 1500 {
			text := randomPattern(random)
			compiled, err := regexp.Compile(text)
			if err != nil {
				continue
			}
			pattern, reason := model.Pattern(text)
			if reason.ID != "" {
				t.Fatalf("%s: %s", text, reason)
			}
			asked++
			found, err := matching(t, conn, pattern)
			if err != nil {
				t.Fatalf("%s, written %s: %v", text, pattern, err)
			}
			for i, s := range patternText {
				if want := compiled.MatchString(s); found[i] != want && !beyondASCII(text, s) {
					t.Errorf("%s, written %s, finds %q: %t; want %t", text, pattern, s, found[i], want)
				}
			}
		}
	})
}

// beyondASCII says that what a letter is differs: to PostgreSQL, é may be one.
func beyondASCII(pattern, text string) bool {
	return strings.ContainsAny(text, "é") && regexp.MustCompile(`\\[bBwW]`).MatchString(pattern)
}

func randomPattern(random *rand.Rand) string {
	text := options[random.IntN(len(options))]
	for range 1 + random.IntN(4) {
		part := patternParts[random.IntN(len(patternParts))]
		text += part
		if !slices.Contains(places, part) {
			text += quantifiers[random.IntN(len(quantifiers))]
		}
	}
	return text
}

func matching(t *testing.T, conn *pgx.Conn, pattern string) (found []bool, err error) {
	t.Helper()
	err = conn.QueryRow(t.Context(), `SELECT array_agg(text ~ $1::text ORDER BY i) FROM unnest($2::text[]) WITH ORDINALITY AS texts (text, i)`, pattern, patternText).Scan(&found)
	return found, err
}
