package analysis

import (
	"errors"
	"sync"
)

// Values numbers the different texts of a property, from 1 in the order in which they are seen. It may be used by several
// goroutines.
type Values struct {
	mu    sync.RWMutex
	ids   map[string]uint32
	texts []string
}

// MaxValues is how many different texts a property may have in one analysis.
const MaxValues = 1_000_000

// ErrTooManyValues is the error of an analysis by a property with more than [MaxValues] texts.
var ErrTooManyValues = errors.New("the property has more than a million different values")

// NewValues returns an empty numbering.
func NewValues() *Values { return &Values{ids: map[string]uint32{}} }

// ID returns the text's number.
func (v *Values) ID(text []byte) (uint32, error) {
	v.mu.RLock()
	id, known := v.ids[string(text)]
	v.mu.RUnlock()
	if known {
		return id, nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if id, known := v.ids[string(text)]; known {
		return id, nil
	}
	if len(v.texts) == MaxValues {
		return 0, ErrTooManyValues
	}
	v.texts = append(v.texts, string(text))
	id = uint32(len(v.texts))
	v.ids[string(text)] = id
	return id, nil
}

// Text returns the text of a number, and false for 0.
func (v *Values) Text(id uint32) (string, bool) {
	if id == 0 {
		return "", false
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.texts[id-1], true
}

// Group returns the group of a single number.
func (v *Values) Group(id uint32) Group {
	if text, set := v.Text(id); set {
		return Group{Value: text}
	}
	return Group{Place: NonePlace}
}

// Bytes returns about how much memory the texts take.
func (v *Values) Bytes() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	const each = 64 // the headers of the text and its place in the map
	bytes := 0
	for _, text := range v.texts {
		bytes += each + len(text)
	}
	return bytes
}

// Less reports whether the text of a sorts before the text of b.
func (v *Values) Less(a, b uint32) bool {
	x, _ := v.Text(a)
	y, _ := v.Text(b)
	return x < y
}
