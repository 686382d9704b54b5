package segments

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"gopkg.in/yaml.v3"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// MaxDefinitions is the size in bytes of the largest file or request with definitions.
const MaxDefinitions = 1 << 20

// ReadFiles reads segments from YAML files, which have lists of them under "segments". The errors name file and segment, and wrap a
// [model.Error] where one is wrong.
func ReadFiles(paths []string) (list []*model.Segment, err error) {
	from := map[string]string{}
	var problems []error
	for _, path := range paths {
		some, err := readFile(path)
		problems = append(problems, err)
		for _, one := range some {
			if other, twice := from[one.Name]; twice {
				problems = append(problems, fmt.Errorf("%s: the segment %q is in %s, too", path, one.Name, other))
			}
			from[one.Name] = path
		}
		list = append(list, some...)
	}
	return list, errors.Join(problems...)
}

func readFile(path string) (list []*model.Segment, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(io.LimitReader(file, MaxDefinitions+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxDefinitions {
		return nil, fmt.Errorf("%s has more than %d bytes: make several files", path, MaxDefinitions)
	}
	raws, err := segmentsOf(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var problems []error
	for i, raw := range raws {
		one, err := model.ParseSegment(raw)
		if err == nil {
			list = append(list, one)
			continue
		}
		for _, p := range model.Problems(err) {
			problems = append(problems, fmt.Errorf("%s: segment %d of the file: %w", path, i+1, p))
		}
	}
	return list, errors.Join(problems...)
}

// segmentsOf returns the segments of a YAML text, in JSON.
func segmentsOf(text []byte) ([]json.RawMessage, error) {
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("it has several documents, or its end cannot be read: keep all segments in one list")
	}
	if len(document.Content) != 1 {
		return nil, errors.New(`it is empty: write a list under "segments:"`)
	}
	raw, err := toJSON(document.Content[0])
	if err != nil {
		return nil, err
	}
	var file struct {
		Segments []json.RawMessage `json:"segments"`
	}
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&file); err != nil {
		return nil, fmt.Errorf(`write a list under "segments:" and nothing else: %w`, err)
	}
	if file.Segments == nil {
		return nil, errors.New(`it has no list under "segments:"`)
	}
	return file.Segments, nil
}

// toJSON writes YAML as JSON. What YAML takes for a date stays the text that it is.
func toJSON(n *yaml.Node) (json.RawMessage, error) {
	switch n.Kind {
	case yaml.MappingNode:
		fields := map[string]json.RawMessage{}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i]
			if _, twice := fields[key.Value]; twice || key.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("line %d: %q is no name, or is there twice", key.Line, key.Value)
			}
			value, err := toJSON(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			fields[key.Value] = value
		}
		return json.Marshal(fields)
	case yaml.SequenceNode:
		list := make([]json.RawMessage, len(n.Content))
		for i, one := range n.Content {
			var err error
			if list[i], err = toJSON(one); err != nil {
				return nil, err
			}
		}
		return json.Marshal(list)
	case yaml.ScalarNode:
		var value any = n.Value
		switch n.Tag {
		case "!!int", "!!float", "!!bool", "!!null":
			if err := n.Decode(&value); err != nil {
				return nil, fmt.Errorf("line %d: %w", n.Line, err)
			}
		}
		raw, err := json.Marshal(value)
		if err != nil { // such as .inf
			return nil, fmt.Errorf("line %d: %w", n.Line, err)
		}
		return raw, nil
	}
	return nil, fmt.Errorf("line %d: anchors and aliases are not used in definitions: write it out", n.Line)
}
