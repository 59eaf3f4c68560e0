<form method="post" action="{$action|escape:'html'}" id="portreeve-signon">
    <input type="hidden" name="token" value="{$token|escape:'html'}">
    <p>{$text|escape:'html'}</p>
    <p><button type="submit" class="btn btn-primary">{$button|escape:'html'}</button></p>
</form>
<script>document.getElementById('portreeve-signon').submit();</script>
