package model

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// Pattern returns a regular expression in PostgreSQL's syntax. It accepts that syntax and translates what other programs write differently:
// PostgreSQL would silently take \b for a backspace, any number of digits after \x, and a line break for a dot. What PostgreSQL cannot do
// is refused, with a reason that names it.
func Pattern(text string) (pattern string, reason say.Text) {
	if strings.HasPrefix(text, "***=") {
		return text, say.Text{} // plain text
	}
	p := patternReader{rest: strings.TrimPrefix(text, "***:")}
	if plain := p.options(); plain {
		return text, say.Text{}
	}
	for p.rest != "" && p.reason.ID == "" {
		switch p.rest[0] {
		case '\\':
			p.escape(false)
		case '[':
			p.bracket()
		case '(':
			p.group()
		case '.':
			p.replace(1, p.dot)
		default:
			p.keep(1)
		}
	}
	return p.written.String(), p.reason
}

// patternReader goes through a regular expression and writes another one.
type patternReader struct {
	rest    string
	written strings.Builder
	// dot is what stands for a dot.
	dot    string
	reason say.Text
}

func (p *patternReader) keep(n int) { p.replace(n, p.rest[:min(n, len(p.rest))]) }

func (p *patternReader) replace(n int, by string) {
	p.written.WriteString(by)
	p.rest = p.rest[min(n, len(p.rest)):]
}

var leadingOptions = regexp.MustCompile(`^\(\?([a-zA-Z]+)\)`)

// options reads the options at the beginning. It reports whether the rest is to be left untranslated: q means plain text, b and e are older
// syntaxes.
func (p *patternReader) options() (plain bool) {
	p.dot = `[^\n]`
	kept := ""
	for found := leadingOptions.FindStringSubmatch(p.rest); found != nil; found = leadingOptions.FindStringSubmatch(p.rest) {
		for _, option := range found[1] {
			switch option {
			case 'q', 'b', 'e':
				return true
			case 's':
				p.dot = "."
			case 'm':
				kept += "w" // elsewhere, only ^ and $ heed the lines
			case 'U': // which part of the text matches does not matter
			default:
				kept += string(option)
			}
		}
		p.rest = p.rest[len(found[0]):]
	}
	if kept != "" {
		p.written.WriteString("(?" + kept + ")")
	}
	return false
}

// knownEscapes are the letters and digits that PostgreSQL knows after a backslash.
const knownEscapes = "aAbBcdDefmMnrsStuUvwWxyYZ0123456789"

var (
	twoDigits = regexp.MustCompile(`^\\x([0-9a-fA-F]{2})`)
	inBraces  = regexp.MustCompile(`^\\x\{0*([0-9a-fA-F]{1,6})\}`)
	word      = regexp.MustCompile(`[0-9a-zA-Z]`)
)

// escape reads a backslash and what it escapes. In brackets, \b is a backspace everywhere.
func (p *patternReader) escape(inBrackets bool) {
	if len(p.rest) == 1 {
		p.reason = say.New("pattern.lone-backslash", `the last backslash escapes nothing; write \\ for a backslash`)
		return
	}
	letter := p.rest[1]
	switch {
	case letter == 'b' && !inBrackets:
		p.replace(2, `\y`)
	case letter == 'B' && !inBrackets:
		p.replace(2, `\Y`)
	case letter == 'z' && !inBrackets:
		p.replace(2, `\Z`)
	case letter == 'Q' && !inBrackets:
		p.quotation()
	case letter == 'x':
		if digits := inBraces.FindStringSubmatch(p.rest); digits != nil {
			p.replace(len(digits[0]), `\U`+strings.Repeat("0", 8-len(digits[1]))+digits[1])
		} else if digits := twoDigits.FindStringSubmatch(p.rest); digits != nil {
			p.replace(len(digits[0]), `\u00`+digits[1])
		} else {
			p.reason = say.New("pattern.no-digits", `\x has no two digits, or no number in braces; write \x41 or \x{41}`)
		}
	case letter == 'p' || letter == 'P':
		p.reason = say.New("pattern.no-class", `\{{letter}} names a class of characters that PostgreSQL does not know; write one such as [[:alpha:]], [[:upper:]] or [[:punct:]]`, string(letter))
	case word.MatchString(string(letter)) && !strings.Contains(knownEscapes, string(letter)):
		p.reason = say.New("pattern.no-escape", `\{{letter}} means nothing to PostgreSQL; leave the backslash out, or write it otherwise`, string(letter))
	default:
		p.keep(2)
	}
}

// quotation reads \Q and the plain text that follows up to \E.
func (p *patternReader) quotation() {
	plain, after, _ := strings.Cut(p.rest[2:], `\E`)
	for _, r := range plain {
		if r < 128 && !word.MatchString(string(r)) {
			p.written.WriteByte('\\')
		}
		p.written.WriteRune(r)
	}
	p.rest = after
}

var (
	classInBrackets = regexp.MustCompile(`^\[([:.=]).*?([:.=])\]`)
	bracketStart    = regexp.MustCompile(`^\[\^?\]?`)
)

// bracket reads a bracket expression.
func (p *patternReader) bracket() {
	p.keep(len(bracketStart.FindString(p.rest)))
	for p.rest != "" && p.reason.ID == "" {
		switch class := classInBrackets.FindString(p.rest); {
		case p.rest[0] == ']':
			p.keep(1)
			return
		case p.rest[0] == '\\':
			p.escape(true)
		case class != "":
			p.keep(len(class))
		default:
			p.keep(1)
		}
	}
}

var (
	namedGroup = regexp.MustCompile(`^\(\?P?<[a-zA-Z_]\w*>`)
	knownGroup = regexp.MustCompile(`^\(\?(:|=|!|<=|<!)`)
	comment    = regexp.MustCompile(`^\(\?#[^)]*\)`)
)

// group reads a parenthesis and the kind of group that it opens.
func (p *patternReader) group() {
	named := namedGroup.FindString(p.rest)
	switch {
	case named != "":
		p.replace(len(named), "(")
	case comment.MatchString(p.rest):
		p.keep(len(comment.FindString(p.rest)))
	case knownGroup.MatchString(p.rest):
		p.keep(len(knownGroup.FindString(p.rest)))
	case strings.HasPrefix(p.rest, "(?"):
		p.reason = say.New("pattern.options-inside", "{{part}} stands where PostgreSQL knows no options; it takes them at the very beginning, such as (?i)", strconv.Quote(p.rest[:min(4, len(p.rest))]))
	default:
		p.keep(1)
	}
}
