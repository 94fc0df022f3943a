package inbox

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"canbobot/bot"
)

// TestInboundIsKeptWhole fails when a field is added to bot.Inbound that a
// parked event would lose.
func TestInboundIsKeptWhole(t *testing.T) {
	w := newWorld(t)
	var in bot.Inbound
	n := 0
	populate(t, reflect.ValueOf(&in).Elem(), "Inbound", &n)
	if n < 20 {
		t.Fatalf("only %d fields", n)
	}
	sealed, err := w.box.encode(in)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.box.decode(sealed)
	if err != nil {
		t.Fatal(err)
	}
	if !got.At.Equal(in.At) {
		t.Errorf("At was %s, is %s", in.At, got.At)
	}
	got.At = in.At // the same moment, in another zone
	before, after := reflect.ValueOf(in), reflect.ValueOf(got)
	for i := range before.NumField() {
		if !reflect.DeepEqual(before.Field(i).Interface(), after.Field(i).Interface()) {
			t.Errorf("%s was %v, is %v", before.Type().Field(i).Name, before.Field(i), after.Field(i))
		}
	}

	// Empty fields stay as they are, too.
	if sealed, err = w.box.encode(bot.Inbound{EventID: "1"}); err != nil {
		t.Fatal(err)
	}
	if got, err = w.box.decode(sealed); err != nil || !reflect.DeepEqual(got, bot.Inbound{EventID: "1"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// populate gives every field below a value of its own.
func populate(t *testing.T, v reflect.Value, path string, n *int) {
	t.Helper()
	*n++
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Date(2026, 4, 10, 9, 30, 0, 123456789, time.FixedZone("", 7*3600))))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("%s <%d> \"số\"\n", path, *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n) + 1<<40)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		populate(t, v.Elem(), path, n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			populate(t, v.Index(i), path, n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				t.Fatalf("%s.%s is not kept with a parked event", path, v.Type().Field(i).Name)
			}
			populate(t, v.Field(i), path+"."+v.Type().Field(i).Name, n)
		}
	default:
		t.Fatalf("%s: say here how a %s is kept", path, v.Kind())
	}
}

func TestDecodeRefuses(t *testing.T) {
	w := newWorld(t)
	for _, plain := range []string{"", "{", "[]", `{"Text":5}`, "{}", "null", `{"EventID":"1"`} {
		sealed, err := w.box.config.Seal([]byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		if in, err := w.box.decode(sealed); err == nil {
			t.Errorf("%q is %+v", plain, in)
		}
	}
}
