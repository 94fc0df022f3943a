package reading

func init() { inside = false } // children are what is tested here
