package event

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestIsNobody(t *testing.T) {
	for _, id := range []string{
		"undefined", "null", "NaN", "nan", "-NaN", "[object Object]", "[object object]", "object Object", "anonymous", "Anonymous", "guest", "GUEST",
		"0", "-1", "0.0", "-0", "+0", "0e5", "-1.0", "{}", "[]", "()", "<>", "{ }", "[ ]", "[{}]", "{{}}", "''", `""`, "true", "False", "none", "None", "nil", "<nil>",
		"(null)", "[null]", "{null}", "00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000", "{00000000-0000-0000-0000-000000000000}",
		"urn:uuid:00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "distinct_id", "distinctId", "distinctid", "unknown", "email", "id", "ID",
		"user_id", "userId", "user-id", "anonymous_id", "{{user_id}}", "${userId}", "%user_id%", "<user id>", "not_authenticated", "n/a", "N/A", "anon", "lmy47d",
		"infinity", "-Infinity", `"undefined"`, `'undefined'`, `\"undefined\"`, `"'null'"`, "“null”", " undefined ", "\tnull\n", "un\u200bdefined", "\ufeffnull",
		"ｎｕｌｌ", "０", "nu\u00a0ll"[:2] + "ll", "not\u00a0authenticated", "  guest  user ", "-", "--", "?", "...", "_", "…", "*", "unset", "000000000000000",
	} {
		if !IsNobody(id) {
			t.Errorf("%q is taken for somebody", id)
		}
	}
	for _, id := range []string{
		"", "guest-17", "guest17", "00", "007", "10", "-10", "-2", "1", "nullable", "nullius", "undefined7", "u-17", "anonymous-4711", "a", "é", "李", "Zoë", "😀",
		"none@example.org", "null@null.org", "true-blue", "identity", "emailer", "0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f", "00000000-0000-0000-0000-000000000001",
		"{0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f}", "nan-17", "Nils", "[4711]", "0x0", "0,5", "0 7", "user", "visitor", "Nina", "na-1", "idris", "Guesting", "нет",
		strings.Repeat("0", 33), strings.Repeat("null", 50),
	} {
		if IsNobody(id) {
			t.Errorf("%q is taken for nobody", id)
		}
	}
}

// The list in the docs is the list.
func TestNobodiesAreInTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/identity.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range nobodies {
		if !strings.Contains(string(text), "`"+id+"`") {
			t.Errorf("docs/identity.md does not name `%s`", id)
		}
	}
}

func TestIDsOfNobodyAreRefused(t *testing.T) {
	for _, id := range []string{"undefined", " NULL ", "0", "{}", "guest"} {
		quoted, err := json.Marshal(id)
		if err != nil {
			t.Fatal(err)
		}
		_, refused, err := decodeOne(fmt.Appendf(nil, `{"user_id": %s, "event_type": "visit", "timestamp": "2026-11-24T06:00:00Z"}`, quoted), now)
		if err != nil || len(refused) != 1 || refused[0].Field != "user_id" || !strings.Contains(refused[0].Reason, fmt.Sprintf("is %q, which is nobody's id", id)) {
			t.Error(id, refused, err)
		}
		e := Event{UserID: "u", Type: "visit", Time: now, AnonymousID: id, Alias: id}
		if bad := e.Validate(now, 0); len(bad) != 2 || bad[0].Field != "anonymous_id" || bad[1].Field != "alias" {
			t.Error(id, bad)
		}
	}
}

func FuzzIsNobody(f *testing.F) {
	for _, seed := range []string{"undefined", "[object Object]", "\u200b", "{{{", "ﬀ", "\xff", "-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if len(id) > 0 && len(id)+4 < MaxName && IsNobody(id) != IsNobody(` "`+id+`" `) {
			t.Errorf("%q and the same in quotes differ", id)
		}
	})
}
