namespace Dataflow;

/// <summary>The sides of a join whose records are emitted even without a partner.</summary>
[Flags]
internal enum Outer
{
    None = 0,
    Left = 1,
    Right = 2,
    Both = Left | Right,
}
