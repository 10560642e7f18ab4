using System.Text;

namespace Dataflow.Generators;

/// <summary>Source code, line by line.</summary>
internal sealed class SourceText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line(string line = "") => _text.Append(' ', line.Length == 0 ? 0 : _depth * 4).Append(line).Append('\n');

    /// <summary>Begins a block in braces, which ends where the result is disposed.</summary>
    public BlockEnd Block()
    {
        Line("{");
        _depth++;
        return new BlockEnd(this);
    }

    public override string ToString() => _text.ToString();

    /// <summary>The end of a block.</summary>
    public readonly struct BlockEnd(SourceText text) : IDisposable
    {
        public void Dispose()
        {
            text._depth--;
            text.Line("}");
        }
    }
}
