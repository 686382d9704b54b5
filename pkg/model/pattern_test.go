package model

import "testing"

// What PostgreSQL would take for something else is written in its way; what it knows is left alone. That both mean the same, a test in
// internal/e2e asks the database.
func TestPatternsAreWrittenForPostgreSQL(t *testing.T) {
	for text, want := range map[string]string{
		`\bads\b`:          `\yads\y`,
		`\\b`:              `\\b`,
		`[\b]`:             `[\b]`,
		`\Bx\z`:            `\Yx\Z`,
		`a.b`:              `a[^\n]b`,
		`a\.b[.]`:          `a\.b[.]`,
		`(?s)a.b`:          `a.b`,
		`(?i)(?s)a.`:       `(?i)a.`,
		`(?im)^a$`:         `(?iw)^a$`,
		`(?U)a+`:           `a+`,
		`(?P<n>a)(?<m>b)`:  `(a)(b)`,
		`(?<=a)b(?<!c)`:    `(?<=a)b(?<!c)`,
		`(?:a)(?=b)(?!c.)`: `(?:a)(?=b)(?!c[^\n])`,
		`(?#a.b)c`:         `(?#a.b)c`,
		`\Qa.b(\E.`:        `a\.b\([^\n]`,
		`\Q1+ü`:            `1\+ü`,
		`\x41b\x{1F600}`:   `\u0041b\U0001F600`,
		`[\x41-\x5A\]a.]`:  `[\u0041-\u005A\]a.]`,
		`[]a.][^]a.].`:     `[]a.][^]a.][^\n]`,
		`[[:alpha:].]`:     `[[:alpha:].]`,
		`[[.].]].`:         `[[.].]][^\n]`,
		`\y\m\M\A\Z\d\W`:   `\y\m\M\A\Z\d\W`,
		`(a)\1`:            `(a)\1`,
		`***=a.b\b`:        `***=a.b\b`,
		`***:a.b\b`:        `a[^\n]b\y`,
		`(?q)a.b\b`:        `(?q)a.b\b`,
		`é.日`:              `é[^\n]日`,
		`(`:                `(`, // the database says what is wrong with it
		`[a`:               `[a`,
	} {
		if got, reason := Pattern(text); got != want || reason.ID != "" {
			t.Errorf("%s is written %s, %q; want %s", text, got, reason, want)
		}
	}
}

func TestPatternsThatPostgreSQLCannotDoAreRefused(t *testing.T) {
	const options = " stands where PostgreSQL knows no options; it takes them at the very beginning, such as (?i)"
	for text, want := range map[string]string{
		`\p{L}`:   `\p names a class of characters that PostgreSQL does not know; write one such as [[:alpha:]], [[:upper:]] or [[:punct:]]`,
		`[\PL]`:   `\P names a class of characters that PostgreSQL does not know; write one such as [[:alpha:]], [[:upper:]] or [[:punct:]]`,
		`\K`:      `\K means nothing to PostgreSQL; leave the backslash out, or write it otherwise`,
		`[\h]`:    `\h means nothing to PostgreSQL; leave the backslash out, or write it otherwise`,
		`\k<n>`:   `\k means nothing to PostgreSQL; leave the backslash out, or write it otherwise`,
		`a(?i)b`:  `"(?i)"` + options,
		`(?i:a)`:  `"(?i:"` + options,
		`(?>a)`:   `"(?>a"` + options,
		`(?P=n)`:  `"(?P="` + options,
		`(?-i)a`:  `"(?-i"` + options,
		`\x4`:     `\x has no two digits, or no number in braces; write \x41 or \x{41}`,
		`a\`:      `the last backslash escapes nothing; write \\ for a backslash`,
		`(?)`:     `"(?)"` + options,
		`[a\`:     `the last backslash escapes nothing; write \\ for a backslash`,
		`\x{}`:    `\x has no two digits, or no number in braces; write \x41 or \x{41}`,
		`\Qa\E\Q`: ``,
	} {
		if _, reason := Pattern(text); reason.String() != want {
			t.Errorf("%s: %q; want %q", text, reason, want)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add(`(?i)\bads[\]x.]\Q.\E(?P<n>.)`)
	f.Fuzz(func(t *testing.T, text string) {
		if pattern, reason := Pattern(text); reason.ID == "" && len(pattern) > 20+12*len(text) {
			t.Errorf("%q became %q", text, pattern)
		}
	})
}

func TestNumbersHaveOneWriting(t *testing.T) {
	for text, want := range map[string]string{
		"12": "12", "12.0": "12", "+012.": "12", "1.2e1": "12", "1.2E+1": "12", "120e-1": "12", "-12": "-12", "0": "0", "-0.0": "0", "0e5": "0", ".50": "0.5",
		"-.5e-1": "-0.05", "12.50": "12.5", "1e2": "100", "1e40": "10000000000000000000000000000000000000000", "1e41": "1e41", "10e999": "1e1000",
		"123456789012345678901234567890.10": "123456789012345678901234567890.1", "1e-40": "0.0000000000000000000000000000000000000001", "1e-42": "1e-42",
		"": "", ".": "", "e5": "", "+": "", "1e": "", "1e1000": "", "0x10": "", " 1": "", "1\n": "", "٣": "", "NaN": "", "1_0": "", "--1": "",
	} {
		if got, ok := Numeral(text); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %t; want %q", text, got, ok, want)
		}
	}
}
