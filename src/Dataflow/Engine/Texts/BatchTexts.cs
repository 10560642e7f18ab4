namespace Dataflow.Texts;

/// <summary>Bytes for the texts of a batch's records, which are used again with the batch.</summary>
/// <remarks>Texts that find no room in it get bytes of their own. Not safe for several threads; a batch has one owner at a time.</remarks>
internal sealed class BatchTexts
{
    public const int MaxBytes = 1 << 19;
    private const int FirstBytes = 1 << 12;

    private TextLease? _lease; // of the batch's present records; null: none has a text here
    private byte[] _bytes = [];
    private int _used;

    /// <summary>Returns the text with its bytes in the batch, or with bytes of its own.</summary>
    public Utf8 Take(Utf8 text)
    {
        if (text.Length > MaxBytes - _used) return text.Keep();
        var bytes = text.Span;
        if (bytes.Length > _bytes.Length - _used) Grow(_used + bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_used));
        _used += bytes.Length;
        return new(_lease ??= new(_bytes), _used - bytes.Length, bytes.Length);
    }

    /// <summary>Ends the texts: those that are still used throw.</summary>
    public void End()
    {
        _lease?.End();
        _lease = null;
        _used = 0;
    }

    private void Grow(int needed)
    {
        Array.Resize(ref _bytes, Math.Min(MaxBytes, Math.Max(Math.Max(2 * _bytes.Length, FirstBytes), needed)));
        _lease?.Move(_bytes);
    }
}
