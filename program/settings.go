package program

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
	kongyaml "github.com/alecthomas/kong-yaml"
	"gopkg.in/yaml.v3"
)

// settingsFile is a YAML file with settings. Unlike kong's loader, it gives precedence to the environment and refuses names that are not
// settings.
type settingsFile struct {
	kong.Resolver
	content map[string]any
}

func loadSettings(r io.Reader) (kong.Resolver, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	file := settingsFile{content: map[string]any{}}
	if err := yaml.Unmarshal(text, &file.content); err != nil {
		return nil, fmt.Errorf("the settings file: %w", err)
	}
	file.Resolver, err = kongyaml.Loader(bytes.NewReader(text))
	return file, err
}

func (f settingsFile) Resolve(ctx *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	return f.Resolver.Resolve(ctx, parent, flag)
}

func (f settingsFile) Validate(app *kong.Application) error {
	commands := map[string]*kong.Node{}
	for _, command := range app.Children {
		commands[command.Name] = command
	}
	for name, value := range f.content {
		command, is := commands[name]
		if !is {
			if !hasFlag(app.Node, name) {
				return fmt.Errorf("the settings file has %q, which is no setting of all commands and no command", name)
			}
			continue
		}
		settings, is := value.(map[string]any)
		if !is {
			return fmt.Errorf("the settings file needs settings under %q, such as listen: 127.0.0.1:8090", name)
		}
		for setting := range settings {
			if !hasFlag(command, setting) {
				return fmt.Errorf("the settings file has %q under %q, which is no setting of this command", setting, name)
			}
		}
	}
	return nil
}

func hasFlag(node *kong.Node, name string) bool {
	for _, flag := range node.Flags {
		if flag.Name == name && flag.Name != "help" && flag.Name != "config" {
			return true
		}
	}
	return false
}
