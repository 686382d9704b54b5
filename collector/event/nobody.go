package event

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// nobodies are texts that programs send in place of an id, if there is none or a template was not filled in. Each would make many visitors
// one user for good. docs/identity.md lists them, too. Words in one entry may also be written together, or with an underscore, a hyphen or
// a dot between them.
var nobodies = []string{
	// Nobody is known.
	"anonymous", "anonymous user", "anon", "guest", "guest user", "unknown", "unknown user", "not authenticated", "not available", "not set", "unset",
	// What programming languages write for nothing.
	"undefined", "null", "nil", "none", "nan", "infinity", "n/a", "na", "no value", "object object", "true", "false",
	// The name of the field in place of its value.
	"id", "user id", "distinct id", "anonymous id", "device id", "email",
	// Ids of devices without an id: an Android build, its broken emulators, an empty serial number.
	"lmy47d", "9774d56d682e549c", "000000000000000",
}

var nobodySet = func() map[string]bool {
	set := map[string]bool{}
	for _, text := range nobodies {
		for _, between := range []string{" ", "", "_", "-", "."} {
			set[strings.ReplaceAll(text, " ", between)] = true
		}
	}
	return set
}()

// noNumber matches the numbers that programs write for no id: zero and minus one, however written, except zeros that may be digits of a
// real id.
var noNumber = regexp.MustCompile(`^([+-]?0(\.0*)?(e[+-]?\d+)?|-1(\.0*)?(e[+-]?0+)?|[+-]infinity|-nan)$`)

// noUUID matches the UUIDs that mean none: all zeros, or all ones.
var noUUID = regexp.MustCompile(`^(urn:uuid:)?(0{8}-?0{4}-?0{4}-?0{4}-?0{12}|f{8}-?f{4}-?f{4}-?f{4}-?f{12})$`)

// wrapping is the characters around a text that a program quoted or a template marked: "null", [null], <nil>, {{user_id}}, ${id}.
const wrapping = "\"'`“”„‘’«»()[]{}<>$%\\ "

// IsNobody reports whether a text stands in place of an id without being one, such as undefined, null, 0, guest, {} and the UUID of zeros,
// in upper or lower case, with white space, quotes and braces around them. An empty text is none of these.
func IsNobody(id string) bool {
	if id == "" || len(id) > MaxName {
		return false
	}
	text := strings.Join(strings.Fields(strings.ToLower(visible(norm.NFKC.String(id)))), " ")
	bare := strings.Trim(text, wrapping)
	return !strings.ContainsFunc(bare, isOfName) || nobodySet[bare] || noNumber.MatchString(bare) || noUUID.MatchString(bare)
}

// visible returns a text without what does not show: format characters such as the zero-width space, and control characters.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// isOfName reports whether a character can be part of a name, unlike brackets, quotes and punctuation.
func isOfName(r rune) bool {
	if r < unicode.MaxASCII {
		return unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return !unicode.IsPunct(r) && !unicode.IsSpace(r) && r != unicode.ReplacementChar
}

// NobodyFault returns the reason not to take an id, which completes a sentence that begins with its field; empty for an id of somebody.
func NobodyFault(id string) string {
	if !IsNobody(id) {
		return ""
	}
	return fmt.Sprintf("is %q, which is nobody's id: all who have it would be one user; send the id of one user, or none", shorten(id))
}
