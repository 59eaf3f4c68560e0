{* WHMCS puts a field "token" of its own into every form with method="post": the button says the method instead. *}
<form id="portreeve-signon">
    <input type="hidden" name="token" value="{$portreeve_token|escape:'html'}">
    <p>{$text|escape:'html'}</p>
    <p><button type="submit" formmethod="post" formaction="{$action|escape:'html'}" class="btn btn-primary">{$button|escape:'html'}</button></p>
</form>
<script>document.querySelector('#portreeve-signon button').click();</script>
