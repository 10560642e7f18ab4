namespace Dataflow.Testing.Disks;

/// <summary>The bytes of a file, in pages that never change in place, so that a copy is cheap.</summary>
internal sealed class PagedBytes
{
    private const int PageBytes = 4096;
    private static readonly byte[] Zeros = new byte[PageBytes];

    private readonly List<byte[]> _pages;

    public PagedBytes() => _pages = [];

    public PagedBytes(PagedBytes original)
    {
        _pages = [.. original._pages];
        Length = original.Length;
    }

    public long Length { get; private set; }

    public int Read(Span<byte> buffer, long position)
    {
        var count = (int)Math.Clamp(Length - position, 0, buffer.Length);
        for (var done = 0; done < count;)
        {
            var (page, offset) = Math.DivRem(position + done, PageBytes);
            var part = (int)Math.Min(count - done, PageBytes - offset);
            _pages[(int)page].AsSpan((int)offset, part).CopyTo(buffer[done..]);
            done += part;
        }
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        if (bytes.IsEmpty) return;
        if (position + bytes.Length > Length) SetLength(position + bytes.Length);
        while (!bytes.IsEmpty)
        {
            var (page, offset) = Math.DivRem(position, PageBytes);
            var part = (int)Math.Min(bytes.Length, PageBytes - offset);
            bytes[..part].CopyTo(Replace((int)page).AsSpan((int)offset));
            bytes = bytes[part..];
            position += part;
        }
    }

    public void SetLength(long length)
    {
        var pages = (int)((length + PageBytes - 1) / PageBytes);
        if (pages < _pages.Count) _pages.RemoveRange(pages, _pages.Count - pages);
        while (_pages.Count < pages) _pages.Add(Zeros);
        // The cut part must read as zeros when the file grows again.
        if (length < Length && length % PageBytes != 0) Replace(pages - 1).AsSpan((int)(length % PageBytes)).Clear();
        Length = length;
    }

    private byte[] Replace(int page) => _pages[page] = [.. _pages[page]];
}
